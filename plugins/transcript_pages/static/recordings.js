// Select recordings, and download the selected ones.
const all = document.getElementById("all");
const boxes = [...document.querySelectorAll('input[name="name"]')];
const button = document.getElementById("download-selected");

function update() {
  const count = boxes.filter((box) => box.checked).length;
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  button.disabled = count === 0;
}

if (all) {
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    update();
  });
  document.getElementById("selection").addEventListener("change", update);
  update();
}
