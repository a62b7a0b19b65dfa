"use strict";
// Filters rows as one types, and shows new deployments as they land. Without it, pages work the same.
(() => {
  const script = document.currentScript;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const status = document.createElement("p");
  label.className = "filter";
  label.append("Filter rows ", input);
  input.type = "search";
  status.className = "remark";
  status.setAttribute("role", "status");

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll("main tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  };
  const place = () => {
    const table = document.querySelector("main .scroll");
    if (table) table.before(label);
  };
  input.addEventListener("input", filter);
  place();

  let shown = script.dataset.revision;
  const update = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [from, to] = [next.querySelector("main"), document.querySelector("main")];
    const [above, below] = [next.querySelector("header"), document.querySelector("header")];
    if (!from || !above) return;
    below.replaceChildren(...above.childNodes);
    below.append(status);
    to.replaceChildren(...from.childNodes);
    status.textContent = "Updated: new deployments have landed.";
    place();
    filter();
  };
  const tell = (event) => {
    if (!event.data || event.data === shown) return;
    shown = event.data;
    const active = document.activeElement;
    const isTyping = active && active !== input && active.closest("main form");
    if (!isTyping) {
      update().catch(() => {});
      return;
    }
    document.querySelector("header").append(status);
    status.textContent = "New deployments have landed. Reload the page to see them.";
  };
  new EventSource(script.dataset.events).addEventListener("revision", tell);
})();
