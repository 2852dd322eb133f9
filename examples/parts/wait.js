// Looks now and then whether the owner has answered (the page is then no longer 202), and shows the answer.
const seconds = Number(document.currentScript.dataset.seconds);
setInterval(async () => {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (answer && answer.status !== 202) location.reload();
}, seconds * 1000);
