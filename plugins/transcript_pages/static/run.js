// The page of a run that works: it loads again when the run has found audio, or has ended.

const MILLISECONDS = 5000;

/** What of the page changes while the run works. */
const progress = (page) => [page.getElementById("state")?.dataset.state, page.querySelector(".hint")?.textContent.trim()].join();

setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (progress(now) !== progress(document)) location.reload();
}, MILLISECONDS);
