/** IKE of gateway addresses that live on a router, by way of its agent. */
package io.keyway.plane.vrouter.ike;
