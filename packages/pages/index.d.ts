/** The directory of the built pages, in the repository and in an installed package alike. */
export declare const pagesDirectory: string;
