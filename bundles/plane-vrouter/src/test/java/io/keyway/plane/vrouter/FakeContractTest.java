package io.keyway.plane.vrouter;

import org.junit.jupiter.api.Nested;

/** The agent of this process, which the other tests rely on, keeps the contract. */
class FakeContractTest {

  @Nested
  class Changes extends ChangesContract {
    @Override
    protected TestAgent agent() throws Exception {
      return new FakeAgent().start();
    }
  }

  @Nested
  class Lives extends LifeContract {
    @Override
    protected TestAgent agent() throws Exception {
      return new FakeAgent().start();
    }
  }
}
