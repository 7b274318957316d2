import { describe, test } from 'vitest'
import { apiKeyStoreContract } from '../../testing/api-key-store-contract.ts'
import { memoryApiKeys } from './memory-api-keys.ts'

describe('KEY-1: a store of API keys', () => {
  for (const { name, run } of apiKeyStoreContract(memoryApiKeys)) test(name, run)
})
