const NOTES = { high: [880, 1175], low: [660] } as const

let context: AudioContext | null = null

/** Two soft notes for a waiting customer, one for a message. Silent where the browser allows no sound yet. */
export function chime(kind: keyof typeof NOTES): void {
  try {
    context ??= new AudioContext()
    void context.resume()
    NOTES[kind].forEach((frequency, at) => note(context!, frequency, context!.currentTime + at * 0.14))
  } catch {
    // No audio device: the title and the lists say the same.
  }
}

function note(audio: AudioContext, frequency: number, start: number): void {
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.frequency.value = frequency
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.08, start + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0005, start + 0.3)
  tone.connect(volume).connect(audio.destination)
  tone.start(start)
  tone.stop(start + 0.32)
}
