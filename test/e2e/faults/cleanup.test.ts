import { faultTests } from '../../support/fault-matrix/tests.ts';

faultTests('cleanup');
