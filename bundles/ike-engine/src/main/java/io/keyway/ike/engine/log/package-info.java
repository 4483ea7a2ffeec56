/**
 * What the engine tells the people who run it: the log in groups, the decrypted messages behind a
 * switch, and the names under which messages and failures are counted. Nothing here ever sees a
 * key.
 */
package io.keyway.ike.engine.log;
