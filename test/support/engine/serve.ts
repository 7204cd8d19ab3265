import { main } from "@pulumi/pulumi/provider";
import { StandInProvider } from "./provider";

/** `serve.ts <version> <journal> <lost>`: serves on a free loopback port and prints it, as every provider does. */
const [version = "", journal = "", lost = ""] = process.argv.slice(2);

void main(new StandInProvider({ journal, lost }, version), []);
