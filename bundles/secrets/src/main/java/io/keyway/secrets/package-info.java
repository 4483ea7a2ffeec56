/**
 * The secret store: pre-shared keys, passwords and private keys by name, in a PKCS #12 file of mode
 * 0600 whose password lies in a file of its own beside it.
 *
 * <p>The two files protect against each other's accidental disclosure (a backup, a support bundle)
 * and against unnoticed damage; against somebody who reads both, only their modes protect.
 */
package io.keyway.secrets;
