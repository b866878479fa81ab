import { faultTests } from '../../support/fault-matrix/tests.ts';

faultTests('up-that-waits-for-capacity');
