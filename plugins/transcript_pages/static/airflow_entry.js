// The entry "Transcripts" in Airflow's navigation: a React app that leaves Airflow for the pages.
const pages = new URL("../../", import.meta.url);

// Airflow renders the function with this name, which is the name of the entry.
globalThis.Transcripts = () => {
  // Airflow's own address for the entry leaves the history, so that "Back" does not lead here again.
  window.location.replace(pages);
  return null;
};
