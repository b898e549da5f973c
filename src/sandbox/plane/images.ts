/** The registry: which image exists, and how it behaves. A digest depends on the tag and the environment alone. */
import {createHash} from 'node:crypto'

export interface Image {
  readonly tag: string
  readonly env: Readonly<Record<string, string>>
  readonly digest: string
}

export interface Images {
  /** Adds an image or replaces the one with this tag; running tasks keep what they started with. */
  add(tag: string, env: Readonly<Record<string, string>>): Image
  list(): readonly Image[]
  /** By tag as it was added, or by `name@sha256:…`. */
  readonly find: (reference: string) => Image | undefined
}

export function createImages(): Images {
  const images = new Map<string, Image>()
  return {
    add: (tag, env) => {
      const image = {tag, env: {...env}, digest: digestOf(tag, env)}
      images.set(tag, image)
      return image
    },
    list: () => [...images.values()],
    find: (reference) => {
      const [name, digest] = reference.split('@')
      if (digest === undefined) return images.get(reference)
      return [...images.values()].find((image) => image.digest === digest && repositoryOf(image.tag) === repositoryOf(name ?? ''))
    },
  }
}

/** A port in a registry's name isn't a tag: only a colon after the last slash begins one. */
const repositoryOf = (reference: string): string => reference.replace(/:[^/]*$/, '')

function digestOf(tag: string, env: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))
  return `sha256:${createHash('sha256')
    .update(JSON.stringify([tag, sorted]))
    .digest('hex')}`
}
