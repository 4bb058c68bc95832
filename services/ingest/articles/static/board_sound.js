// Two quiet notes for an urgent story. Each person switches them on at each machine; browsers want a press first.

const who = document.querySelector("meta[name=who]").content;
const KEY = `urgent-sound-${who}`;
const NOTES = [[660, 0], [880, 0.18]];
const LOUD = 0.06;
const SECONDS = 0.3;

export function sound(label) {
  const box = label.querySelector("input");
  let context = null;
  const ready = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  };
  const ring = () => {
    if (!box.checked) return;
    ready();
    for (const [pitch, after] of NOTES) {
      const [note, volume] = [new OscillatorNode(context, { frequency: pitch }), new GainNode(context, { gain: 0 })];
      const at = context.currentTime + after;
      volume.gain.linearRampToValueAtTime(LOUD, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + SECONDS);
      note.connect(volume).connect(context.destination);
      note.start(at);
      note.stop(at + SECONDS);
    }
  };
  label.hidden = false;
  box.checked = localStorage.getItem(KEY) === "1";
  box.addEventListener("change", () => {
    localStorage.setItem(KEY, box.checked ? "1" : "0");
    // Whoever switches it on hears what it is.
    ring();
  });
  if (box.checked) document.addEventListener("pointerdown", ready, { once: true });
  return { ring };
}
