/** The six IPsec tables of the P4 program: names, rows, and the ids that a device gave them. */
package io.keyway.plane.infrap4d.pipeline;
