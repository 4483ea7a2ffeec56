package io.keyway.plane.vrouter;

import io.keyway.plane.vrouter.settings.VrouterSettings;

/** A plane on an agent of this process, which fails as a test tells it. */
public final class Bench extends PlaneBench {

  public final FakeAgent agent;

  public Bench() throws Exception {
    this(new FakeAgent().start(), new MapMemory());
  }

  public Bench(FakeAgent agent, MapMemory memory) throws Exception {
    super(agent, memory);
    this.agent = agent;
  }

  /** By another way than TCP. */
  public Bench(FakeAgent agent, VrouterSettings settings) {
    super(agent, new MapMemory(), settings);
    this.agent = agent;
  }
}
