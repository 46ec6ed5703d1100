// A method's page: a symbol of the table lights up in the text, the formulas and the code.
// Without this file everything can be read all the same.
(() => {
  const text = document.querySelector(".method-text");
  const code = document.querySelector(".code-frame pre");

  // The element that a symbol's formula comes down to: <msub>, <mi>, …
  function core(math) {
    let node = math;
    while (node.children.length === 1) node = node.children[0];
    return node;
  }

  // z_t stands in a formula as z_t, or with a further index as z_{t,c}: the same letter whose index begins alike.
  function same(found, wanted) {
    if (found.outerHTML === wanted.outerHTML) return true;
    if (wanted.localName !== "msub" || !["msub", "msubsup"].includes(found.localName)) return false;
    const [letter, index] = wanted.children;
    return found.children[0].outerHTML === letter.outerHTML && found.children[1].textContent.startsWith(index.textContent);
  }

  function formulasWith(wanted) {
    return [...document.querySelectorAll(`.reading ${wanted.localName}, .reading msubsup`)].filter((found) => same(found, wanted));
  }

  // Places in the code are marked as ranges, which changes nothing in the page (CSS Custom Highlight API).
  function rangesOf(name) {
    const ranges = [];
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const word = new RegExp(`(?<![\\w.])${name}(?!\\w)`, "g");
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement.closest(".sd, .c1, .s1, .s2")) continue; // prose and strings
      for (const hit of walker.currentNode.data.matchAll(word)) {
        const range = new Range();
        range.setStart(walker.currentNode, hit.index);
        range.setEnd(walker.currentNode, hit.index + name.length);
        ranges.push(range);
      }
    }
    return ranges;
  }

  let lit = [];
  function light(term) {
    dark();
    const math = term.querySelector("math");
    lit = math ? [term, ...formulasWith(core(math))] : [];
    lit.forEach((element) => element.classList.add("lit"));
    const names = (term.dataset.code || "").split(" ").filter(Boolean);
    if (names.length && code && CSS.highlights) CSS.highlights.set("symbol", new Highlight(...names.flatMap(rangesOf)));
  }
  function dark() {
    lit.forEach((element) => element.classList.remove("lit"));
    lit = [];
    if (CSS.highlights) CSS.highlights.delete("symbol");
  }

  text?.querySelectorAll(".symbols dt").forEach((term) => {
    term.tabIndex = 0;
    term.addEventListener("mouseenter", () => light(term));
    term.addEventListener("mouseleave", dark);
    term.addEventListener("focus", () => light(term));
    term.addEventListener("blur", dark);
  });
})();
