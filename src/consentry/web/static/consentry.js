/* What pages do beyond HTML: dialogs, notes that go away.  Everything works without. */
(() => {
  const sheet = document.getElementById("sheet");
  const toasts = document.getElementById("toasts");

  // Long enough to press Undo; it stays as long as it is pointed at or holds the focus.
  const arm = (toast) => {
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 10000);
  };

  const arrived = () => {
    if (!sheet) return;
    if (!sheet.firstElementChild) return sheet.close();
    if (!sheet.open) sheet.showModal();
    else sheet.querySelector("[role=alert], [aria-invalid=true]")?.scrollIntoView({ block: "center" });
  };

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    if (target === sheet) return arrived();
    if (sheet?.open) sheet.close();
    toasts?.querySelectorAll("[data-toast]").forEach(arm);
    // What was pressed is gone; without this the next Tab would start at the top of the page.
    if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
  });

  if (sheet) {
    sheet.addEventListener("close", () => sheet.replaceChildren());
    sheet.addEventListener("click", (event) => {
      if (event.target === sheet || event.target.closest("[data-close]")) {
        event.preventDefault();
        sheet.close();
      }
    });
  }

  // Screen readers tell what changes in a live region, not what stood there when the page came.
  const waiting = toasts?.querySelector("[data-toast]");
  if (waiting) {
    waiting.remove();
    setTimeout(() => {
      toasts.append(waiting);
      arm(waiting);
    }, 120);
  }
})();
