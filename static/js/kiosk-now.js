// What every part of the kiosk's page knows: how the tablet stands, what it carries, and the voter who is here.
import { fill } from './kiosk-ballot.js'

export const main = document.querySelector('[data-kiosk]')
export const kiosk = Number(main.dataset.kiosk)

// `contents` is what the tablet carries; `visit` the voter who is here (language, claim, choices), none at the beginning;
// `sync` sends what waits, as soon as there is something to send with.
export const now = {
  store: null,
  key: null,
  contents: null,
  visit: null,
  sync: () => {},
  state: { votes: true, persisted: false, reached: false, offline: false, refusal: '', revoked: '', lost: '', skew: 0 },
}

export const language = () => now.contents.languages[now.visit?.language || now.contents.order[0]]
export const words = (name, values) => fill(language().words[name], values)

// Whether a project has left the ballot since the tablet loaded what it carries; the server tells the version
// of the ballot with every answer.
export const isBehind = (version) => Boolean(now.contents) && version > now.contents.version

export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

export const money = (minor) => {
  const { currency, scale } = now.contents.paper
  const digits = minor % scale ? {} : { maximumFractionDigits: 0 }
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency, ...digits }).format(minor / scale)
}
