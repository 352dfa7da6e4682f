// Shows what the desk pushes, and opens its page when it is pressed. It keeps nothing and reads no page.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data?.json() ?? {}; } catch { /* Not ours: shown as it is below. */ }
  event.waitUntil(self.registration.showNotification(told.title || "Amends", {
    body: told.body || "",
    tag: told.tag || "amends",
    lang: told.language || "",
    dir: told.direction || "auto",
    data: { address: told.address || "/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.address || "/", self.location.origin);
  // The desk's own pages alone.
  const page = address.origin === self.location.origin ? address.href : self.location.origin;
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = windows.find((one) => one.url === page);
    return open ? open.focus() : self.clients.openWindow(page);
  })());
});
