// Scanning a card: a button beside a code field that reads the card's QR code with the camera. Typing is always possible.
//
// <div data-yd-scan="field-id" …words…> is written by the macro of components/scan.html. It stays hidden where there is no
// camera to ask for (a page without https has none). What is read goes into the field, which is told by an `input`
// event; then `yd-scanned` is sent from the field. With data-submit its form is sent.
import { prepareZXingModule, readBarcodes } from '../vendor/zxing-wasm-3.1.4/reader.js'

const PAUSE = 120 // milliseconds between two looks at the picture: a frame takes ten, the rest is the tablet's own
const GIVE_UP = 60_000 // a camera that nobody holds a card to is switched off
const WASM = new URL('../vendor/zxing-wasm-3.1.4/zxing_reader.wasm', import.meta.url).href
const READING = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 }

let ready = null

// The reader is fetched once, when somebody first asks for the camera; a worker may have kept it for times without a network.
const reader = () => {
  ready ??= prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true })
  return ready
}

// The code in what a card says: what stands behind the # of an address, else all of it.
export const codeIn = (text) => text.slice(text.indexOf('#') + 1).replace(/[^0-9A-Za-z]/g, '').toUpperCase()

const inFours = (code) => code.replace(/(.{4})(?=.)/g, '$1 ')

// One look through the camera: the text of a QR code in sight, or nothing.
const look = async (video, canvas) => {
  if (!video.videoWidth) return ''
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  const picture = canvas.getContext('2d', { willReadFrequently: true })
  picture.drawImage(video, 0, 0)
  const found = await readBarcodes(picture.getImageData(0, 0, canvas.width, canvas.height), READING)
  return found.find((each) => each.isValid && each.text)?.text || ''
}

const put = (box, text) => {
  const field = document.getElementById(box.dataset.ydScan)
  if (!field) return
  field.value = inFours(codeIn(text))
  field.dispatchEvent(new Event('input', { bubbles: true }))
  field.dispatchEvent(new CustomEvent('yd-scanned', { bubbles: true }))
  field.focus()
  if ('submit' in box.dataset) field.form?.requestSubmit()
}

const parts = (box) => ({
  button: box.querySelector('button'),
  video: box.querySelector('video'),
  told: box.querySelector('[role=status]'),
})

export const stopScanning = (box) => {
  const { button, video, told } = parts(box)
  clearTimeout(Number(box.dataset.timer))
  video.srcObject?.getTracks().forEach((track) => track.stop())
  video.srcObject = null
  video.hidden = true
  told.textContent = ''
  button.textContent = box.dataset.start
  delete box.dataset.running
}

const watch = (box, canvas, until) => {
  const { video, told } = parts(box)
  const again = async () => {
    if (!('running' in box.dataset) || !box.isConnected) return stopScanning(box)
    const text = await look(video, canvas).catch(() => '')
    if (!('running' in box.dataset)) return
    if (text) {
      stopScanning(box)
      told.textContent = box.dataset.found
      put(box, text)
    } else if (performance.now() > until) {
      stopScanning(box)
    } else {
      box.dataset.timer = String(setTimeout(again, PAUSE))
    }
  }
  return again()
}

const startScanning = async (box) => {
  const { button, video, told } = parts(box)
  box.dataset.running = ''
  button.textContent = box.dataset.stop
  told.textContent = box.dataset.wait
  try {
    const [stream] = await Promise.all([
      navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false }),
      reader(),
    ])
    video.srcObject = stream
    if (!('running' in box.dataset)) return stopScanning(box)
    video.hidden = false
    await video.play()
    await watch(box, document.createElement('canvas'), performance.now() + GIVE_UP)
  } catch {
    stopScanning(box)
    told.textContent = box.dataset.failed
  }
}

export const setUpScanning = (scope) => {
  if (!navigator.mediaDevices?.getUserMedia || typeof WebAssembly === 'undefined') return
  for (const box of scope.querySelectorAll('[data-yd-scan][hidden]')) {
    box.hidden = false
    parts(box).button.addEventListener('click', () => {
      if ('running' in box.dataset) stopScanning(box)
      else startScanning(box)
    })
  }
}

setUpScanning(document)
