// A link into a closed part opens it; printing opens everything and closes it again.
"use strict";
function show() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  if (target.tagName === "DETAILS") {
    target.scrollIntoView({block: "start"});
    // Not its summary: the rest of the key press that followed the link would close it again.
    target.tabIndex = -1;
    target.focus({preventScroll: true});
  }
}
addEventListener("hashchange", show);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) show();
});
// A browser may say twice that it is going to print.
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const d of document.querySelectorAll("details:not([open])")) { d.open = true; opened.add(d); }
});
addEventListener("afterprint", () => { for (const d of opened) d.open = false; opened.clear(); });
// What is too wide for the screen is marked, and so is its end.
const regions = document.querySelectorAll(".scroll");
function mark(r) {
  r.classList.toggle("wide", r.scrollWidth > r.clientWidth + 1);
  r.classList.toggle("end", r.scrollLeft + r.clientWidth >= r.scrollWidth - 8);
}
const watch = new ResizeObserver((entries) => { for (const e of entries) mark(e.target); });
for (const r of regions) { watch.observe(r); r.addEventListener("scroll", () => mark(r), {passive: true}); }
show();
