import { DescribeImagesCommand, DescribeRegionsCommand, type Image as WireImage } from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import type { CatalogueFacet, Image } from '../facets/catalogue.ts';
import type { AwsAccount } from './account.ts';
import { type Architecture, imageAliases, parameterOf } from './image-aliases.ts';
import { instanceTypes } from './instance-types.ts';
import { allPages } from './pages.ts';
import { readParameters } from './parameters.ts';

/** What boxes can be made of: types of the region, the account's own images and those with an alias. */
export function catalogueOf(account: AwsAccount): CatalogueFacet {
  return {
    types: () => instanceTypes(account),
    images: async () => [...(await aliasedImages(account)), ...(await ownImages(account))],
    regions: async () => {
      const { Regions: regions } = await account.read({ doing: 'Could not list the regions' }, (options) =>
        account.ec2.send(new DescribeRegionsCommand({}), options),
      );
      return (regions ?? []).map(({ RegionName = '', OptInStatus }) => ({
        name: cleanLine(RegionName, 60),
        description: OptInStatus === 'opted-in' ? 'opted in' : '',
      }));
    },
  };
}

async function ownImages(account: AwsAccount): Promise<Image[]> {
  const images = await account.read({ doing: 'Could not list the images' }, (options) =>
    allPages(
      (NextToken) =>
        account.ec2.send(
          new DescribeImagesCommand({ Owners: ['self'], NextToken, MaxResults: 1000 }),
          options,
        ),
      ({ Images }) => Images,
    ),
  );
  return images.map((image) => imageOf(image, account.region, ''));
}

async function aliasedImages(account: AwsAccount): Promise<Image[]> {
  const wanted = imageAliases.flatMap((alias) =>
    (['x86_64', 'arm64'] as const).map((architecture: Architecture) => ({
      alias,
      name: parameterOf(alias, architecture, alias),
    })),
  );
  const distinct = [...new Map(wanted.map((one) => [one.name, one])).values()];
  const ids = await readParameters(
    account,
    distinct.map(({ name }) => name),
  );
  const found = distinct.flatMap(({ alias, name }) => {
    const id = ids.get(name);
    return id === undefined ? [] : [{ alias, id }];
  });
  if (found.length === 0) return [];
  const { Images: images } = await account.read({ doing: 'Could not look at the images' }, (options) =>
    account.ec2.send(
      // As a filter, so that one that is gone is no error.
      new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: found.map(({ id }) => id) }] }),
      options,
    ),
  );
  return (images ?? []).map((image) =>
    imageOf(image, account.region, found.find(({ id }) => id === image.ImageId)?.alias ?? ''),
  );
}

function imageOf(wire: WireImage, region: string, family: string): Image {
  return {
    id: cleanLine(wire.ImageId ?? '', 60),
    name: cleanLine(wire.Name ?? wire.ImageId ?? '', 300),
    description: cleanLine(wire.Description ?? '', 300),
    family,
    version: '',
    architecture: cleanLine(wire.Architecture ?? '', 60),
    region,
    createdAt: cleanLine(wire.CreationDate ?? '', 60),
    updatedAt: '',
  };
}
