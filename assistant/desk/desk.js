// What the page does in the browser: clicks and forms become events for the server, and what comes back is brought into view.
"use strict";
window.readout = (() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const current = () => one("#talk [data-conversation]")?.dataset.conversation ?? "";
  const narrow = () => matchMedia("(max-width: 1099px)").matches;
  let opener = null; // the button that opened the source: the focus goes back to it

  // -- events -----------------------------------------------------------------------------------------------------------

  function wire(element, trigger, watch, events) {
    const send = (name, values) => events.includes(name) && !twice(name, values) && trigger(name, { conversation: current(), model: model(), ...values });
    element.addEventListener("click", (event) => {
      const target = event.target.closest("[data-do]:not(form)");
      if (!target) return;
      if (target.dataset.do === "open") opener = target;
      target.closest("details.menu")?.removeAttribute("open");
      send(target.dataset.do, { ...target.dataset });
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target.closest("form");
      const name = form.dataset.do ?? form.dataset.live;
      send(name, { ...form.dataset, ...values(form) });
      all("details", form).forEach((open) => (open.open = false));
      form.closest("details.menu")?.removeAttribute("open");
    });
    element.addEventListener("reset", (event) => {
      event.preventDefault(); // the question, and who answers it, stay
      all("[name=outlet]", event.target).forEach((box) => (box.checked = false));
      all("[type=date]", event.target).forEach((date) => (date.value = ""));
      filtered(event.target);
    });
    let waiting;
    element.addEventListener("input", (event) => {
      if (event.target.matches("#model, #other")) choices.set(current(), choice());
      if (event.target.matches("textarea")) grow(event.target);
      if (event.target.closest(".ask")) filtered(event.target.form);
      const form = event.target.closest("form[data-live]");
      if (!form) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => send(form.dataset.live, values(form)), 250);
    });
    if (element.closest("#talk")) watch("value", shown);
    if (element.closest("#source")) watch("value", opened);
  }

  let last = ["", 0];
  function twice(name, values) { // a second click on the same, before the first had an effect
    const now = [JSON.stringify([name, values, model()]), Date.now()], again = now[0] === last[0] && now[1] - last[1] < 500;
    last = now;
    return again && ["ask", "narrow", "again"].includes(name);
  }

  function values(form) {
    const found = {};
    for (const [name, value] of new FormData(form)) found[name] = name in found ? [].concat(found[name], value) : value;
    return found;
  }

  function save(element, watch) {
    watch("value", () => {
      const file = one("[data-file]", element);
      if (!file) return;
      const bytes = Uint8Array.from(atob(file.dataset.content), (sign) => sign.charCodeAt(0));
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([bytes])), download: file.dataset.file });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  // -- who answers: chosen for a conversation, while the page is open --------------------------------------------------

  const choices = new Map();
  const choice = () => all("#model, #other").map((field) => field.value);
  function model() {
    const [chosen, typed] = choice();
    return chosen === "" ? typed.trim() || "nothing" : chosen;
  }
  function choose(before, now) {
    const own = choices.get(now) ?? (before ? [] : choice()); // what was chosen before the first question is the conversation's
    choices.delete("");
    choices.set(now, own);
    all("#model, #other").forEach((field, place) => (field.value = own[place] ?? field.options?.[0].value ?? ""));
  }

  // -- what came back ---------------------------------------------------------------------------------------------------

  let known = { conversation: null, turns: 0 };
  function shown() {
    const section = one("#talk [data-conversation]"), turns = all("#talk .turn");
    const conversation = section?.dataset.conversation ?? "";
    if (turns.length > known.turns || conversation !== known.conversation) {
      if (turns.length) turns.at(-1).scrollIntoView({ block: "start" });
      else scrollTo(0, 0);
    }
    if (conversation !== known.conversation && known.conversation !== null) {
      choose(known.conversation, conversation);
      close(false);
      menu(false);
      const search = one("[data-live=find] input");
      if (search) search.value = ""; // the list has all conversations again
    }
    known = { conversation, turns: turns.length };
    const asked = one(".question", turns.at(-1) ?? document)?.textContent;
    if (conversation) history.replaceState(null, "", "?" + new URLSearchParams({ ...(turns.length && { q: asked }), c: conversation }));
    else if (!one("#talk .now")) history.replaceState(null, "", location.pathname);
    const area = one("#question textarea"); // what was typed stays until it has become a question of the conversation
    if (area && asked === area.value.trim().split(/\s+/).join(" ")) { area.value = ""; grow(area); }
    one("#talk .now")?.click();
    document.title = section?.dataset.title ? `${section.dataset.title} · Readout` : "Readout";
  }

  function draft(element, watch) {
    watch("value", () => {
      const news = one("[data-draft]", element), turn = news && document.getElementById(`turn-${news.dataset.draft}`);
      const box = turn && one(".draft", turn);
      if (!box) return;
      if (box.hidden) one(".busy", turn).textContent = box.dataset.label; // said once; the draft itself is not read out as it grows
      box.hidden = false;
      box.textContent = news.textContent;
    });
  }

  function opened() {
    if (one("#source .none")) return;
    document.body.classList.add("source-open");
    const mark = one("#source mark"), text = one("#source .text");
    if (text) text.scrollTop = 0;
    if (mark && text) text.scrollTop = mark.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 4;
    (mark ?? text)?.focus({ preventScroll: true });
  }

  function close(back = true) {
    document.body.classList.remove("source-open");
    if (back && opener?.isConnected) opener.focus();
  }

  function menu(open) {
    document.body.classList.toggle("menu-open", open);
    one("[data-js=menu]")?.setAttribute("aria-expanded", String(open));
    if (open) one("#side button")?.focus();
  }

  // -- in the browser alone ---------------------------------------------------------------------------------------------

  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 160)}px`;
  }

  function filtered(form) {
    const outlets = all("[name=outlet]:checked", form).length, dates = all("[type=date]", form).some((date) => date.value);
    form.classList.toggle("narrowed", outlets > 0 || dates);
    const summary = one("summary", form);
    if (summary) summary.textContent = outlets ? `Outlets (${outlets})` : "Outlets";
  }

  function theme(dark) {
    document.body.classList.toggle("dark", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem("readout-theme"); } catch { return null; } };
  const follow = () => theme((chosen() ?? (system.matches ? "dark" : "light")) === "dark");
  system.addEventListener("change", follow);
  follow();

  function tip(target) {
    const bubble = one("#tip") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "tip" }));
    bubble.setAttribute("role", "tooltip");
    bubble.hidden = !target;
    if (!target) return;
    bubble.replaceChildren(
      Object.assign(document.createElement("b"), { textContent: target.dataset.where }),
      Object.assign(document.createElement("span"), { textContent: target.dataset.quote }),
    );
    target.setAttribute("aria-describedby", "tip");
    const place = target.getBoundingClientRect();
    bubble.style.left = `${Math.max(8, Math.min(place.left, innerWidth - bubble.offsetWidth - 8))}px`;
    bubble.style.top = place.bottom + bubble.offsetHeight + 12 < innerHeight ? `${place.bottom + 6}px` : `${Math.max(8, place.top - bubble.offsetHeight - 6)}px`;
  }
  document.addEventListener("pointerover", (event) => tip(event.target.closest?.("[data-where]")));
  document.addEventListener("focusin", (event) => tip(event.target.closest?.("[data-where]:focus-visible")));
  for (const kind of ["pointerdown", "scroll"]) document.addEventListener(kind, () => tip(null), true);

  document.addEventListener("click", (event) => {
    const what = event.target.closest("[data-js]")?.dataset.js;
    if (what === "close") close();
    if (what === "menu") menu(!document.body.classList.contains("menu-open"));
    if (what === "theme") {
      const dark = !document.body.classList.contains("dark");
      theme(dark);
      try { localStorage.setItem("readout-theme", dark ? "dark" : "light"); } catch { /* a browser that keeps nothing */ }
    }
    all("details.menu[open]").forEach((open) => open.contains(event.target) || open.removeAttribute("open"));
    if (!what && document.body.classList.contains("menu-open") && !event.target.closest("#side")) menu(false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.("#question textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.key !== "Escape") return;
    const open = one("details.menu[open]");
    tip(null);
    if (open) { open.open = false; one("summary", open).focus(); }
    else if (document.body.classList.contains("menu-open")) { menu(false); one("[data-js=menu]")?.focus(); }
    else if (document.body.classList.contains("source-open")) close();
  });

  return { wire, save, draft };
})();
