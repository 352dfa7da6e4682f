// Scans the code of a voucher with the camera, where the browser can read such pictures. Without it the code is typed.
const form = document.querySelector("#till-form");
const scan = form?.querySelector("[data-scan]");
const place = form?.querySelector("[data-camera]");
const words = form?.querySelector("[data-camera-words]");
const field = form?.querySelector("input[name=code]");

let stream = null;

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  place.hidden = true;
}

async function look(detector, video) {
  while (stream) {
    let found = [];
    try {
      found = await detector.detect(video);
    } catch {
      // A picture that is not there yet cannot be read; the next one can.
    }
    const code = found.map((one) => one.rawValue).find((value) => value.trim());
    if (code) {
      field.value = code;
      stop();
      form.requestSubmit(form.querySelector("button[value=look]"));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

if (form && "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  scan.hidden = false;
  scan.addEventListener("click", async () => {
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const video = place.querySelector("video");
      video.srcObject = stream;
      place.hidden = false;
      await video.play();
      look(detector, video);
    } catch {
      stop();
      words.textContent = words.dataset.none;
    }
  });
  form.querySelector("[data-stop]").addEventListener("click", stop);
}
