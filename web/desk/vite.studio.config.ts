import { defineConfig } from 'vite'

import { configOf } from './vite.config.ts'

export default defineConfig(configOf('studio', '../studio'))
