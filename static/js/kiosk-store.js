// What a kiosk keeps on the tablet, in IndexedDB: its key, what it needs to work without a network, the outbox, and at an
// event day the drafts of ballots that are begun and not handed in (kiosk-draft.js).
// Every write is `strict`: it has reached the disk when the promise resolves, as far as a browser can promise that.

const STORES = ['kept', 'outbox', 'drafts']

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})

const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve()
  transaction.onabort = transaction.onerror = () => reject(transaction.error)
})

const databaseOf = (kiosk) => {
  const request = indexedDB.open(`kiosk-${kiosk}`, 2)
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      request.result.createObjectStore('kept')
      request.result.createObjectStore('outbox', { keyPath: 'id' })
    }
    request.result.createObjectStore('drafts', { keyPath: 'id' })
  }
  return done(request)
}

export const openStore = async (kiosk) => {
  const database = await databaseOf(kiosk)
  database.onversionchange = () => database.close()
  const write = () => database.transaction(STORES, 'readwrite', { durability: 'strict' })
  const read = () => database.transaction(STORES, 'readonly')
  return {
    get: (name) => done(read().objectStore('kept').get(name)),
    async put (name, value) {
      const transaction = write()
      transaction.objectStore('kept').put(value, name)
      await finished(transaction)
    },
    // The next number of this tablet's ballots, taken by the same transaction that keeps the ballot under it. The
    // signature is made first, so the number is asked for, then held to be still the next. The voter's draft, if there
    // was one, goes with it.
    made: async () => (await done(read().objectStore('kept').get('made'))) || 0,
    async add (item, draft) {
      const transaction = write()
      const before = (await done(transaction.objectStore('kept').get('made'))) || 0
      if (item.seq !== before + 1) {
        transaction.abort()
        return false
      }
      transaction.objectStore('outbox').add(item)
      transaction.objectStore('kept').put(item.seq, 'made')
      if (draft) transaction.objectStore('drafts').delete(draft)
      await finished(transaction)
      return true
    },
    waiting: () => done(read().objectStore('outbox').count()),
    // The first items in the order of their random ids, which says nothing of when they were cast.
    some: (count) => done(read().objectStore('outbox').getAll(null, count)),
    async remove (ids) {
      if (!ids.length) return
      const transaction = write()
      ids.forEach((id) => transaction.objectStore('outbox').delete(id))
      await finished(transaction)
    },
    drafts: () => done(read().objectStore('drafts').getAll()),
    begun: () => done(read().objectStore('drafts').count()),
    // A draft in the place of the one before; without one, that goes all the same.
    async keepDraft (draft, before) {
      const transaction = write()
      if (before) transaction.objectStore('drafts').delete(before)
      if (draft) transaction.objectStore('drafts').add(draft)
      await finished(transaction)
    },
    // All of them, with what their keys were worked out from.
    async dropDrafts () {
      const transaction = write()
      transaction.objectStore('drafts').clear()
      transaction.objectStore('kept').delete('salt')
      await finished(transaction)
    },
  }
}
