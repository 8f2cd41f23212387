"""The pictures and the film of the pages in `docs/pictures/`, taken of the real stack."""
