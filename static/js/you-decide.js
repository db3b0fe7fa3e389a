// Nothing here is needed: every page works without it.
import { initAll } from '../vendor/govuk-frontend-6.3.0/govuk-frontend.min.js'

initAll()

// Buttons that print the page are hidden until now, because without scripts they would do nothing.
for (const button of document.querySelectorAll('[data-yd-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Copy a receipt, where the browser may; it is on the page to write down in any case.
for (const button of document.querySelectorAll('[data-yd-copy]')) {
  const source = document.getElementById(button.dataset.ydCopy)
  if (!source || !navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(source.textContent.trim())
    button.textContent = button.dataset.ydCopied
  })
}

// Lists that are filtered by a menu send themselves; the button beside the menu stays for everybody else.
for (const menu of document.querySelectorAll('select[data-yd-send]')) {
  menu.addEventListener('change', () => menu.form.requestSubmit())
}
