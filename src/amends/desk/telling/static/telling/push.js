// "Notify me here": asks the browser for leave when its button is pressed, subscribes, and gives the desk what it got.

const form = document.querySelector("[data-push]");

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

async function subscribed() {
  const worker = new URL(form.dataset.worker, location.href);
  worker.search = "";
  const registration = await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
  const known = await registration.pushManager.getSubscription();
  // One of another key is of no use: the desk was set up anew.
  if (known) await known.unsubscribe();
  const ready = await active(registration);
  return ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) });
}

async function active(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (worker && worker.state !== "activated") {
    await new Promise((done) => {
      worker.addEventListener("statechange", () => { if (worker.state === "activated") done(); });
      if (worker.state === "activated") done();
    });
  }
  return registration;
}

async function pressed(event) {
  event.preventDefault();
  const words = form.querySelector("[data-push-words]");
  const button = form.querySelector("button");
  if (await Notification.requestPermission() !== "granted") {
    words.textContent = form.dataset.denied;
    words.hidden = false;
    return;
  }
  button.disabled = true;
  try {
    form.elements.subscription.value = JSON.stringify(await subscribed());
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (answer.ok) { location.reload(); return; }
    words.textContent = (await answer.json()).words ?? form.dataset.failed;
  } catch {
    words.textContent = form.dataset.failed;
  }
  words.hidden = false;
  button.disabled = false;
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.querySelector("[data-push-words]").hidden = true;
  form.querySelector("button").hidden = false;
  form.addEventListener("submit", pressed);
}
