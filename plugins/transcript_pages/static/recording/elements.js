// Elements of the page. Texts become text nodes, never markup.

/** Make an element with properties, `data-` attributes (`dataset`) and children: elements or texts. */
export function element(name, { dataset = {}, ...properties } = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}
