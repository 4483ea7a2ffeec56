/**
 * The first administrator of RESTCONF.
 *
 * <p>OpenDaylight's AAA fills an empty identity store with the user {@code admin} and the password
 * {@code admin}. This bundle comes first: it puts the administrator with the password made at the
 * first start into the store, and only then offers the service that AAA's authenticator is
 * configured to wait for. If it fails, nobody gets in.
 */
package io.keyway.aaa;
