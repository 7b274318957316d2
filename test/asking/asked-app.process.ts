// The app as the built program loads it.
import { ask, createApp } from 'trefoil'
import { keyRing } from 'trefoil/auth'
import { askedApp } from './asked-app.ts'

export const app = askedApp({ ask, createApp, keyRing }, process.env['ASKED_KEYS'] ?? null)
