/** What all that speak gRPC to a device need. */
package io.keyway.plane.support.rpc;
