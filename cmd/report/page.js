// A link into a closed part opens it; printing opens everything and closes it again.
"use strict";
function show() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  if (target.tagName === "DETAILS") {
    target.scrollIntoView({block: "start"});
    target.querySelector("summary").focus({preventScroll: true});
  }
}
addEventListener("hashchange", show);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) show();
});
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const d of closed) d.open = true;
});
addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
show();
