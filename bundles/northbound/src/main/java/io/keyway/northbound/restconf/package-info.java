/**
 * Answers of RESTCONF to what the checks of the configuration refuse.
 *
 * <p>OpenDaylight's RESTCONF answers every transaction that fails with 500 operation-failed, as if
 * the server were broken, and hides the reason in error-info. A client would try again for ever.
 */
package io.keyway.northbound.restconf;
