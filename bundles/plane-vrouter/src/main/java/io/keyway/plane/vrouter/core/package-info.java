/** What is sent to a router when, what is known of it, and what it tells. */
package io.keyway.plane.vrouter.core;
