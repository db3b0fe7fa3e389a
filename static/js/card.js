// A scanned card brings its code after the # of the address, where no server and no log sees it.
const field = document.querySelector('[data-yd-card]')
const scanned = decodeURIComponent(location.hash.slice(1)).replace(/[^0-9A-Za-z]/g, '').toUpperCase()
if (field && scanned && scanned.length <= 40) {
  field.value = scanned.replace(/(.{4})(?=.)/g, '$1 ')
  history.replaceState(null, '', location.pathname)
}
