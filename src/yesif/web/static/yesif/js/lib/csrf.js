// @ts-check
// The token Django wants with every request that changes something: from a form of this page, or from its cookie.

/** @returns {string} */
export function csrfToken() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (field instanceof HTMLInputElement) return field.value;
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}
