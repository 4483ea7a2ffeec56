/**
 * Everything below the northbound in one process and without a container: two sites, each with its
 * own engine, databases and southbound, and an emulated E2100 each, joined by one wire.
 */
package io.keyway.it.wired;
