import {isMissing} from './translate-error.ts'

/** What was asked for, or null when AWS says that there is no such thing. Any other refusal is thrown on. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
