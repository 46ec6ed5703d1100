// The run panel's button says how many runs the seeds and the lists of values make, and what they cost together.
// Without this file the button says what one run costs, and the page after it how many were asked for.
(() => {
  const form = document.querySelector("#run form");
  const many = form?.querySelector("[data-many]");
  if (!many) return;
  const one = form.querySelector("[data-one]");
  const LIST = /[,，、;；\s]+/;
  const parts = (text) => text.split(LIST).filter(Boolean);

  // As the server reads them: "0-4" is five seeds, "0, 3, 7" three; what it will refuse counts as nothing.
  function seeds() {
    const found = new Set();
    for (const part of parts(form.elements.seed.value.replace(/(\d)\s*[-–—~]\s*(\d)/g, "$1-$2"))) {
      const [, low, high] = part.match(/^(\d+)(?:-(\d+))?$/) ?? [];
      for (let seed = Number(low); seed <= Number(high ?? low) && found.size < 1000; seed += 1) found.add(seed);
    }
    return found.size || 1;
  }

  function values() {
    const counts = new Map();
    for (const field of form.querySelectorAll("[name^=vary_]")) {
      const here = field.type === "checkbox" ? Number(field.checked) : new Set(parts(field.value)).size;
      counts.set(field.name, (counts.get(field.name) ?? 0) + here);
    }
    return [...counts.values()].reduce((product, count) => product * (count || 1), 1);
  }

  function duration(seconds) {
    const { second, minute, hour } = many.dataset;
    const whole = Math.round(seconds);
    if (whole < 60) return `${whole} ${second}`;
    if (whole < 3600) return `${Math.floor(whole / 60)} ${minute}${whole % 60 ? ` ${whole % 60} ${second}` : ""}`;
    return `${Math.floor(whole / 3600)} ${hour} ${Math.floor((whole % 3600) / 60)} ${minute}`;
  }

  function say() {
    const runs = seeds() * values();
    const preset = form.elements.preset.value;
    const usual = form.querySelector(`[data-seconds-of="${preset}"]`)?.value;
    const words = [many.dataset.runs.replace("{n}", runs)];
    if (usual) words.push(many.dataset.about.replace("{time}", duration(runs * usual)));
    many.textContent = words.join(" · ");
    many.hidden = runs === 1;
    one.hidden = runs > 1;
  }

  form.addEventListener("input", say);
  say();
})();
