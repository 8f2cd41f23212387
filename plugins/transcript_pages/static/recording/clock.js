// Times for people.

/** A time in seconds as `1:02:03`, or `2:03` in the first hour. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, two(whole % 60)];
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A moment that the server wrote, in the user's time zone. */
export function moment(text) {
  return text ? new Date(text).toLocaleString() : "";
}
