import { faultTests } from '../../support/fault-matrix/tests.ts';

faultTests('up-that-gives-up');
