// The service worker of kiosk pages. The server puts VERSION and SHELL, the addresses of all that the page loads, in front.
//
// It answers GETs of its own pages and files from the tablet, so that the kiosk works without a network. It never answers
// a POST, and never takes over in the middle of a voter's ballot: the page says when nobody is at it.

const CACHE = `kiosk-${VERSION}`
const PAGE = /^\/kiosk\/\d+\/$/
const SHELL_PATHS = new Set(SHELL.map((address) => new URL(address, self.location.origin).pathname))

// Cookies are never sent: what is kept is the same for everybody.
const fresh = (address) => new Request(address, { cache: 'reload', credentials: 'omit' })

const older = async () => (await caches.keys()).filter((name) => name.startsWith('kiosk-') && name !== CACHE)

// The pages that an older version kept: a new one has them too before it may take over.
const keptPages = async () => {
  const lists = await Promise.all((await older()).map(async (name) => (await caches.open(name)).keys()))
  return [...new Set(lists.flat().map((request) => new URL(request.url).pathname).filter((path) => PAGE.test(path)))]
}

self.addEventListener('install', (event) => {
  const keep = async () => (await caches.open(CACHE)).addAll([...SHELL, ...await keptPages()].map(fresh))
  event.waitUntil(keep())
})

self.addEventListener('activate', (event) => {
  const remove = async () => {
    await Promise.all((await older()).map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(remove())
})

self.addEventListener('message', (event) => {
  if (event.data === 'nobody is here') self.skipWaiting()
  // The first page was there before its worker: it asks to be kept, and is told when it is.
  if (event.data === 'keep this page') {
    const page = new URL(event.source.url).pathname
    event.waitUntil(pageOf(page).then((answer) => event.ports[0].postMessage(answer.ok)))
  }
})

// A page is kept when it is first seen, beside the files that belong to it.
const pageOf = async (address) => {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(address, { ignoreVary: true })
  if (kept) return kept
  const answer = await fetch(fresh(address))
  if (answer.ok) await cache.put(address, answer.clone())
  return answer
}

const fileOf = async (request) => {
  const cache = await caches.open(CACHE)
  // Scripts import each other without the mark of their version, which is that of the cache. What varies elsewhere by
  // cookie or language was fetched without either.
  return (await cache.match(request, { ignoreSearch: true, ignoreVary: true })) || fetch(request)
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const { origin, pathname } = new URL(request.url)
  if (origin !== self.location.origin) return
  if (request.mode === 'navigate' && PAGE.test(pathname)) event.respondWith(pageOf(pathname))
  else if (SHELL_PATHS.has(pathname)) event.respondWith(fileOf(request))
})
