// A run's log: lines as they come, earlier ones on demand, search within what is shown. Without this file the last
// lines are here, and links lead to the pages of the log and to the search over all of it.
(() => {
  const section = document.getElementById("run-log");
  if (!section) return;
  const lines = document.getElementById("run-log-lines");
  const earlier = document.getElementById("log-earlier");
  const toEnd = document.getElementById("log-end");
  const box = document.getElementById("log-q");
  const found = section.querySelector(".log-found");
  const output = found.querySelector("output");
  const only = section.querySelector('[data-log="only"]');
  const MOST = 5000; // lines kept on the page; earlier ones are fetched again when they are asked for
  const MOST_LETTERS = 4000; // of one line, as on the server
  const NEAR_END_PX = 24;
  const HAN = /[\u4e00-\u9fff]/; // what tells a line's language, as on the server
  let waiting = [];
  let matches = [];
  let place = -1;

  const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < NEAR_END_PX;
  const offerEnd = () => (toEnd.hidden = atEnd());
  const lastSeq = () => Number(lines.lastElementChild?.dataset.seq || 0);

  function lineOf({ seq, text }) {
    const line = document.createElement("span");
    line.dataset.seq = seq;
    line.lang = HAN.test(text) ? "zh-Hans" : "en";
    line.textContent = (text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)} …` : text) + "\n";
    return line;
  }

  // A flood of lines is drawn once a frame. Who has scrolled up keeps the place.
  function draw() {
    const follows = atEnd();
    const after = lastSeq();
    const fresh = waiting.filter((line) => line.seq > after).slice(-MOST).map(lineOf);
    waiting = [];
    lines.append(...fresh);
    if (follows) {
      while (lines.childElementCount > MOST) lines.firstElementChild.remove();
      rememberEarlier();
      lines.scrollTop = lines.scrollHeight;
    }
    if (box.value) search();
    else offerEnd();
  }

  function add(seq, text) {
    if (!waiting.length) requestAnimationFrame(draw);
    waiting.push({ seq, text });
  }

  function rememberEarlier() {
    const first = Number(lines.firstElementChild?.dataset.seq || 0);
    const link = earlier.querySelector("a");
    if (first > Number(new URL(link.href).searchParams.get("before"))) {
      link.search = `?before=${first}`;
      earlier.hidden = false;
    }
  }

  async function fetchEarlier(event) {
    event.preventDefault();
    const link = earlier.querySelector("a");
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-earlier]");
    const before = lines.scrollHeight;
    lines.prepend(...piece.querySelectorAll("[data-seq]"));
    lines.scrollTop += lines.scrollHeight - before;
    if (piece.dataset.earlier) link.search = `?before=${piece.dataset.earlier}`;
    else earlier.hidden = true;
    if (box.value) search();
  }

  // --- search within the lines shown
  function search() {
    const wanted = box.value.toLowerCase();
    matches = [];
    for (const line of lines.children) {
      const hit = wanted !== "" && line.textContent.toLowerCase().includes(wanted);
      line.classList.toggle("hit", hit);
      if (hit) matches.push(line);
    }
    lines.classList.toggle("only-hits", only.checked && wanted !== "");
    found.hidden = !wanted;
    place = Math.min(place, matches.length - 1);
    say();
    offerEnd();
  }

  function say() {
    output.textContent = matches.length ? `${place < 0 ? "" : `${place + 1} / `}${matches.length}` : output.dataset.none;
  }

  function go(by) {
    if (!matches.length) return;
    matches[place]?.classList.remove("current-hit");
    place = (place + by + matches.length) % matches.length;
    if (place < 0) place = 0;
    matches[place].classList.add("current-hit");
    lines.scrollTop = matches[place].offsetTop - lines.clientHeight / 2;
    say();
  }

  box.addEventListener("input", () => {
    place = -1;
    lines.querySelector(".current-hit")?.classList.remove("current-hit");
    search();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !matches.length) return; // with nothing here, Enter searches all of it
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });
  only.addEventListener("change", search);
  section.querySelector('[data-log="next"]').addEventListener("click", () => go(1));
  section.querySelector('[data-log="previous"]').addEventListener("click", () => go(-1));
  earlier.addEventListener("click", fetchEarlier);
  lines.addEventListener("scroll", offerEnd, { passive: true });
  toEnd.addEventListener("click", () => {
    lines.scrollTop = lines.scrollHeight;
    lines.focus({ preventScroll: true });
  });
  lines.scrollTop = lines.scrollHeight;
  document.addEventListener("run:log", (event) => add(event.detail.seq, event.detail.text));
})();
