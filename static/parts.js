// Parts of a page that are swapped for fresh ones by their ids, and only those that the server says differently.
// Used by run.js and refresh.js.
const served = new Map(); // each part as the server said it: what the reader did to it since does not count

export const remember = (part) => served.set(part.id, part.outerHTML);

// A part in which somebody types or chooses waits until they are done; what the reader has opened, written, ticked or
// focused in it stays so. False where the part has to wait.
export function replace(part) {
  const old = document.getElementById(part.id);
  if (!old || served.get(part.id) === part.outerHTML) return true;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  if (focused?.matches("input:not([type=checkbox], [type=range]), select, textarea")) return false;
  remember(part);
  const open = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
  const inputs = [...old.querySelectorAll("input[id]")];
  const written = inputs.filter((input) => input.value !== input.defaultValue);
  const ticked = inputs.filter((input) => input.checked !== input.defaultChecked);
  old.replaceWith(part);
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  const again = (input) => document.getElementById(input.id) ?? {};
  written.forEach((input) => (again(input).value = input.value));
  ticked.forEach((input) => (again(input).checked = input.checked));
  if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("part:replaced", { detail: part }));
  return true;
}
