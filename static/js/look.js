// Somebody came from a station's poster: one more look that day, and no more of it stays in the address.
const there = document.querySelector('[data-yd-look]')
if (there) {
  fetch(there.dataset.ydLook, { method: 'POST', body: new FormData(there), keepalive: true }).catch(() => {})
  const address = new URL(window.location.href)
  address.searchParams.delete('from')
  window.history.replaceState(null, '', address)
}
