/** Numbers, booleans, blobs and timestamps as text and back. Formats a trait names win over the protocol's default. */
import type {Shape} from './model.ts'

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds'

/** The schema's number says which format the model asks for; 4 leaves it to the protocol. */
export function timestampFormat(shape: Shape, byDefault: TimestampFormat): TimestampFormat {
  switch (shape.getSchema()) {
    case 5:
      return 'date-time'
    case 6:
      return 'http-date'
    case 7:
      return 'epoch-seconds'
    default:
      return byDefault
  }
}

export function scalarFromText(shape: Shape, text: string, format: TimestampFormat): unknown {
  if (shape.isTimestampSchema()) return timestampFromText(text, timestampFormat(shape, format))
  if (shape.isNumericSchema()) return Number(text)
  if (shape.isBooleanSchema()) return text === 'true'
  if (shape.isBlobSchema()) return Buffer.from(text, 'base64')
  return text
}

export function scalarToText(shape: Shape, value: unknown, format: TimestampFormat): string {
  if (shape.isTimestampSchema()) return timestampToText(value as Date, timestampFormat(shape, format))
  if (shape.isBlobSchema()) {
    return typeof value === 'string' ? Buffer.from(value).toString('base64') : Buffer.from(value as Uint8Array).toString('base64')
  }
  return String(value)
}

export function timestampFromText(text: string, format: TimestampFormat): Date {
  return format === 'epoch-seconds' ? new Date(Number(text) * 1000) : new Date(text)
}

function timestampToText(value: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return value.toISOString()
    case 'http-date':
      return value.toUTCString()
    case 'epoch-seconds':
      return String(value.getTime() / 1000)
  }
}
