/* What pages do beyond HTML: dialogs, notes that go away.  Everything works without. */
(() => {
  const sheet = document.getElementById("sheet");

  if (sheet) {
    document.addEventListener("htmx:after:swap", () => {
      if (sheet.firstElementChild && !sheet.open) sheet.showModal();
    });
    sheet.addEventListener("close", () => sheet.replaceChildren());
    sheet.addEventListener("click", (event) => {
      if (event.target === sheet || event.target.closest("[data-close]")) {
        event.preventDefault();
        sheet.close();
      }
    });
  }

  for (const toast of document.querySelectorAll("[data-toast]")) {
    // Long enough to press Undo; it stays as long as it is pointed at or holds the focus.
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 10000);
  }
})();
