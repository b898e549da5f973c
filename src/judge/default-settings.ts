/** The settings a gate has when nobody says otherwise. One release spends 1 % of false fails, shared by its gates. */
import type {GateSettings} from './settings.ts'

export const alphaOfRelease = 0.01

/** `gates`: how many gates share the release's alpha. */
export function defaultSettings(gates: number): GateSettings {
  return {
    method: 'mixed',
    budget: 0.005,
    tolerance: 1.25,
    ratio: 2.5,
    floor: 0.001,
    ceiling: 0.2,
    alpha: alphaOfRelease / gates,
    beta: 0.05,
    minMinutes: 3,
  }
}
