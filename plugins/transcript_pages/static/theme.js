// Show the pages in the theme that the user chose in Airflow, or else in that of the system.
const chosen = localStorage.getItem("theme") ?? localStorage.getItem("chakra-ui-color-mode");
if (chosen === "light" || chosen === "dark") {
  document.documentElement.dataset.theme = chosen;
}
