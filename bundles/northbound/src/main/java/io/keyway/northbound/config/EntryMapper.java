package io.keyway.northbound.config;

import io.keyway.api.intent.IntentObject;

/** Between an entry's tree and its value, for every list. */
public final class EntryMapper {

  private EntryMapper() {}

  /**
   * @throws InvalidEntryException when the entry makes no sense, whatever stands around it
   */
  public static IntentObject read(EntryKind kind, Tree tree) throws InvalidEntryException {
    return switch (kind) {
      case IKE_POLICY -> IkePolicyMapper.read(tree);
      case CHILD_POLICY -> ChildPolicyMapper.read(tree);
      case GATEWAY -> GatewayMapper.read(tree);
      case POOL -> PoolMapper.read(tree);
      case TUNNEL -> TunnelMapper.read(tree);
      case POLICY -> StaticPolicyMapper.read(tree);
      case DATA_PLANE -> PlaneMapper.read(tree);
    };
  }

  public static Tree write(IntentObject value) {
    if (value instanceof IntentObject.IkePolicy policy) {
      return IkePolicyMapper.write(policy);
    } else if (value instanceof IntentObject.ChildPolicy policy) {
      return ChildPolicyMapper.write(policy);
    } else if (value instanceof IntentObject.Gateway gateway) {
      return GatewayMapper.write(gateway);
    } else if (value instanceof IntentObject.Pool pool) {
      return PoolMapper.write(pool);
    } else if (value instanceof IntentObject.Tunnel tunnel) {
      return TunnelMapper.write(tunnel);
    } else if (value instanceof IntentObject.StaticPolicy policy) {
      return StaticPolicyMapper.write(policy);
    } else if (value instanceof IntentObject.PlaneConfig plane) {
      return PlaneMapper.write(plane);
    }
    throw new IllegalStateException("no mapper for " + value.getClass());
  }
}
